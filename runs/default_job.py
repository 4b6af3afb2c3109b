"""The default model on one GPU: a teacher tuned on mail, lists and chat; a small student distilled against 4 bits.

    python runs/default_job.py keep FOLDER...       put carried files aside, under --work
    python runs/default_job.py teacher --seconds S  tune the teacher
    python runs/default_job.py student --seconds S  cut the student out of it and distil
    python runs/default_job.py cut                  on a CPU: cut the student out of the untuned teacher, to be carried
    python runs/default_job.py direct --seconds S   train what was cut, without a teacher

A student's matrices are rounded to 4 bits on the way, from where its learning rate begins to fall. Every step goes on from
what the step before left under --work, prints as it goes, and leaves weights, curves and figures under --out in files of
less than 16 MiB. runs/gpu.md has the commands in order.
"""

from __future__ import annotations

import argparse
import json
import lzma
import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from foretype.lm.compress.prune import keep_layers, keep_neurons, neuron_importance, strongest
from foretype.lm.curve import Point
from foretype.lm.examples import Examples, joined
from foretype.lm.fake_quant import QuantAware, round_in_place
from foretype.lm.gpt import Gpt
from foretype.lm.objective import Distil, Learner, NextToken, Objective
from foretype.lm.rows import RowStream
from foretype.lm.schedule import Schedule
from foretype.lm.trainer import Trainer, TrainOptions, default_fabric
from foretype.runtime.architecture import Architecture
from foretype.runtime.checkpoint import EMBEDDING

SOURCES = ("enron-train", "lists", "chat-en")
VALID = ("enron-valid", *SOURCES)
NEVER_TARGETS = range(8, 13)  # entities
ROW_LENGTH = 1024
LAYERS = (0, 1, 4, 8, 12, 16, 20, 25, 29)  # the outer ones matter most when layers are taken out
MLP_SIZE = 768
BLOCK_SIZE = 32
PIECE_BYTES = 15 << 20
VALID_TOKENS = 25_000  # of each source: seconds count
TEACHER_SHARE = 0.7  # of the loss; the rest is the next token itself
DECAY = 0.4  # of a run, with falling learning rate
LAST_SECONDS = 70.0  # before --stop-at: compiling, judging and writing a student
CONTEXT_LENGTH = 2048  # rotary tables are stored: serving reads at most 3,240 characters


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=("keep", "teacher", "student", "cut", "direct"))
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--work", type=Path, default=Path("/tmp/foretype-run"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument(
        "--stop-at", type=Path, help="file with the Unix time to be done by, instead of --seconds"
    )
    parser.add_argument("--mail", type=int, default=1, help="copies of the mail in the mix")
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--final", type=float, default=0.0, help="share of the learning rate left at the end")
    parser.add_argument("--eager", action="store_true", help="compile nothing: for a trial on a CPU")
    args = parser.parse_args()
    torch.set_float32_matmul_precision("high")
    torch.manual_seed(0)
    if args.stop_at:
        args.seconds = float(args.stop_at.read_text()) - time.time() - LAST_SECONDS
    steps = {"keep": keep, "teacher": teach, "student": distil, "cut": cut_only, "direct": direct}
    steps[args.step](args)


def keep(args: argparse.Namespace) -> None:
    for folder in args.folders:
        shutil.copytree(folder, args.work / folder.name, dirs_exist_ok=True)
    print(sorted(str(path.relative_to(args.work)) for path in args.work.rglob("*") if path.is_file()))


def teach(args: argparse.Namespace) -> None:
    teacher = whole_teacher(args.work)
    device = default_fabric().device
    teacher = teacher.to(device)
    train(Learner(compiled(teacher, args), NextToken()), args, name="teacher", rate=4e-4)
    torch.save(teacher.state_dict(), args.work / "teacher.pt")
    (args.work / "teacher.json").write_text(json.dumps(asdict(teacher.arch)))


def distil(args: argparse.Namespace) -> None:
    teacher = load(args.work, "teacher")
    device = default_fabric().device
    teacher = teacher.to(device)
    student = cut(teacher, batches(args.work, rows=1 if device.type == "cpu" else 8)).to(device)
    print(f"student: {student.num_parameters():,} parameters, {student.arch}", flush=True)
    teacher = teacher.to(torch.bfloat16 if device.type == "cuda" else torch.float32).requires_grad_(False)
    train_student(student, Distil(compiled(teacher, args), TEACHER_SHARE), args)


def cut_only(args: argparse.Namespace) -> None:
    student = cut(whole_teacher(args.work), batches(args.work, rows=1))
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "init.json").write_text(json.dumps(asdict(student.arch)))
    np.savez(args.out / "init.npz", **{name: halved(value) for name, value in student.state_dict().items()})


def direct(args: argparse.Namespace) -> None:
    student = Gpt(Architecture(**json.loads((args.work / "init" / "init.json").read_text())))
    with np.load(args.work / "init" / "init.npz") as stored:
        student.load_state_dict({name: torch.from_numpy(doubled(stored[name])) for name in stored.files})
    print(f"student: {student.num_parameters():,} parameters, {student.arch}", flush=True)
    train_student(student.to(default_fabric().device), NextToken(), args)


def train_student(student: Gpt, objective: Objective, args: argparse.Namespace) -> None:
    learner = QuantAware(Learner(compiled(student, args), objective), block_size=BLOCK_SIZE)
    train(learner, args, name="student", rate=1.5e-3)
    finish(student, args, "student")
    round_in_place(student, block_size=BLOCK_SIZE)
    figures = report(student, args.work, "student, 4 bits")
    (args.out / "student.rounded.json").write_text(json.dumps(figures, indent=2) + "\n")


def halved(matrix: torch.Tensor) -> NDArray[Any]:
    """A matrix as bytes: 7 bits and a sign, one scale a row in 16 bits behind each row; gains as they are."""
    values = matrix.detach().float().numpy()
    if values.ndim == 1:
        return values
    scale = (np.abs(values).max(axis=1, keepdims=True) / 127).astype(np.float16)
    codes = np.rint(values / scale.astype(np.float32)).clip(-127, 127).astype(np.int8)
    return np.concatenate([codes, scale.view(np.int8)], axis=1)


def doubled(stored: NDArray[Any]) -> NDArray[np.float32]:
    """What `halved` took apart."""
    if stored.ndim == 1:
        return stored
    scale = np.ascontiguousarray(stored[:, -2:]).view(np.float16).astype(np.float32)
    return stored[:, :-2].astype(np.float32) * scale


def finish(student: Gpt, args: argparse.Namespace, name: str) -> None:
    torch.save(student.state_dict(), args.work / f"{name}.pt")
    (args.work / f"{name}.json").write_text(json.dumps(asdict(student.arch)))
    (args.out / f"{name}.json").write_text(json.dumps(asdict(student.arch)))
    save_pieces(student, args.out, name)


def train(learner: Learner | QuantAware, args: argparse.Namespace, *, name: str, rate: float) -> None:
    """Train for the given time and say how well it predicts each source afterwards."""
    folder = args.work / f"run-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    schedule = Schedule(warmup=0.03, decay=DECAY, final=args.final)
    options = TrainOptions(
        max_seconds=args.seconds,
        learning_rate=args.rate or rate,
        schedule=schedule,
        checkpoint_every_s=1e9,  # the machine keeps nothing, and a piece that came back is as good
        point_every_steps=20,
    )
    sources = (*SOURCES, *SOURCES[:1] * (args.mail - 1))
    stream = RowStream(examples(args.work, "train", sources), rows=args.rows, length=ROW_LENGTH, seed=1)
    started = time.perf_counter()

    def say(point: Point) -> None:
        if isinstance(learner, QuantAware) and point.seconds > (1.0 - DECAY) * args.seconds:
            learner.begin()
        speed = point.tokens / max(point.seconds, 1e-9)
        print(
            f"{name} step {point.step} {point.seconds:.0f} s, {stream.epochs:.2f} epochs, loss {point.loss:.4f}, "
            f"{speed:,.0f} learned tokens/s, rate {point.learning_rate:.2e}, norm {point.gradient_norm:.2f}",
            flush=True,
        )

    summary = Trainer(options, folder, on_point=say).fit(learner, stream)
    print(
        f"{name}: {summary}, {stream.epochs:.2f} epochs, {time.perf_counter() - started:.0f} s with compiling"
    )
    plain = learner.learner if isinstance(learner, QuantAware) else learner
    assert isinstance(plain.network, Gpt)
    figures = report(plain.network, args.work, name)
    card = {
        "step": name,
        "seconds": summary.seconds,
        "steps": summary.steps,
        "learned_tokens": summary.tokens,
    }
    card |= {
        "epochs": stream.epochs,
        "rate": options.learning_rate,
        "rows": args.rows,
        "row_length": ROW_LENGTH,
        "copies_of_mail": args.mail,
    }
    card |= {
        "schedule": asdict(schedule),
        "device": device_name(),
        "torch": torch.__version__,
        "valid": figures,
    }
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / f"{name}.card.json").write_text(json.dumps(card, indent=2) + "\n")
    shutil.copy(folder / "curve.csv", args.out / f"{name}.curve.csv")


def compiled(gpt: Gpt, args: argparse.Namespace) -> Gpt:
    if not args.eager:
        for layer in gpt.model.layers:  # one layer compiles in 15 s, all of them together in minutes
            layer.compile()
    return gpt


def cut(teacher: Gpt, some: Iterable[Any]) -> Gpt:
    """Some of the teacher's layers, with their busiest neurons."""
    device = next(teacher.parameters()).device
    ids = [next(iter(some)).ids.to(device) for _ in range(4)]
    importance = [scores for layer, scores in enumerate(neuron_importance(teacher, ids)) if layer in LAYERS]
    weights = {name: value.detach().clone() for name, value in teacher.state_dict().items()}
    weights, arch = keep_layers(weights, teacher.arch, LAYERS)
    weights, arch = keep_neurons(weights, arch, strongest(importance, MLP_SIZE))
    student = Gpt(replace(arch, context_length=CONTEXT_LENGTH))
    student.load_state_dict(weights)
    return student


def report(gpt: Gpt, work: Path, what: str) -> dict[str, float]:
    """Mean nats a learned token on held-out examples of each source; printed."""
    device = next(gpt.parameters()).device
    figures = {}
    gpt.eval()
    with torch.compiler.set_stance("force_eager"):  # another shape: not worth compiling again
        for source in VALID:
            figures[source] = nats_a_token(gpt, examples(work, "valid", (source,)), device)
    gpt.train()
    print(what, {source: round(value, 4) for source, value in figures.items()}, flush=True)
    return figures


def nats_a_token(gpt: Gpt, held_out: Examples, device: torch.device) -> float:
    """Mean over the learned tokens of all examples; on a CPU, of one batch."""
    stream = RowStream(held_out, rows=1 if device.type == "cpu" else 8, length=ROW_LENGTH, seed=0)
    total, count = 0.0, 0
    with torch.no_grad(), torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        while stream.epochs < 1.0 and count < (VALID_TOKENS if device.type == "cuda" else 1):
            batch = next(stream)
            loss = NextToken()(gpt, type(batch)(*(part.to(device) for part in batch)))
            total, count = total + float(loss.total), count + loss.num_targets
    return total / count


def examples(work: Path, part: str, sources: Iterable[str]) -> Examples:
    return joined([_unpacked(work / "data", f"{source}.{part}") for source in sources])


def batches(work: Path, *, rows: int) -> RowStream:
    return RowStream(examples(work, "train", SOURCES), rows=rows, length=ROW_LENGTH, seed=2)


def _unpacked(folder: Path, name: str) -> Examples:
    tokens, lengths, contexts = (
        np.frombuffer(lzma.decompress((folder / f"{name}.{part}.xz").read_bytes()), np.uint16)
        for part in ("tokens", "lengths", "contexts")
    )
    starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    card = {"tokenizer_sha256": "of this run", "never_targets": list(NEVER_TARGETS)}
    return Examples(tokens, starts, contexts, card)


def whole_teacher(work: Path) -> Gpt:
    """The teacher out of the carried blocks."""
    arch = Architecture(**json.loads((work / "teacher-1" / "architecture.json").read_text()))
    gpt = Gpt(arch)
    weights = {EMBEDDING: torch.from_numpy(np.load(work / "teacher-1" / "embedding.npy").astype(np.float32))}
    for half in (1, 2):
        with np.load(work / f"teacher-{half}" / "blocks.npz") as blocks:
            weights |= {name: torch.from_numpy(unpack_blocks(blocks[name])) for name in blocks.files}
    gpt.load_state_dict(weights)
    return gpt


def unpack_blocks(rows: NDArray[Any]) -> NDArray[np.float32]:
    """Q4_1 of GGUF: 32 columns share a 16-bit scale and minimum; low nibbles are the first 16 columns."""
    if rows.dtype != np.uint8:
        return rows.astype(np.float32)
    blocks = rows.reshape(len(rows), -1, 20)
    scale, low = (blocks[..., at : at + 2].copy().view(np.float16).astype(np.float32) for at in (0, 2))
    codes = np.concatenate([blocks[..., 4:] & 15, blocks[..., 4:] >> 4], axis=-1)
    return (codes * scale + low).reshape(len(rows), -1).astype(np.float32)


def load(work: Path, name: str) -> Gpt:
    gpt = Gpt(Architecture(**json.loads((work / f"{name}.json").read_text())))
    gpt.load_state_dict(torch.load(work / f"{name}.pt", map_location="cpu"))
    return gpt


def save_pieces(gpt: Gpt, out: Path, name: str) -> None:
    """The weights in 16 bits as files that may travel; `default_unpack.py` joins them."""
    weights = {key: value.detach().cpu().to(torch.float16).numpy() for key, value in gpt.state_dict().items()}
    pieces: list[dict[str, NDArray[Any]]] = [{}]
    size = 0
    for key, value in weights.items():
        if size + value.nbytes > PIECE_BYTES:
            pieces.append({})
            size = 0
        pieces[-1][key] = value
        size += value.nbytes
    for number, piece in enumerate(pieces):
        np.savez(out / f"{name}-{number}.npz", **piece)


def device_name() -> str:
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"


if __name__ == "__main__":
    main()
