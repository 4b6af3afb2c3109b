"""A few invented mails, so that times can be measured without any data at hand.

They say nothing about keystrokes saved: too few, and written for this file. They do not know any writer.
"""

from __future__ import annotations

from foretype.compose.request import Kind
from foretype.evals.messages import Message

SAMPLES = (
    Message(
        id="sample-1",
        author=None,
        subject="Report for May",
        body="""Hi Susan,

Thanks for sending the report so quickly. I read it on the train this morning and have two questions
about the second table. Could we talk about it tomorrow at ten?

Best regards,
Tom""",
    ),
    Message(
        id="sample-2",
        author=None,
        subject="Re: Meeting on Thursday",
        previous="Can we still meet on Thursday? The large room is taken.",
        body="""Thursday is fine with me, and the small room will do. I will bring new figures and a printed
copy for everybody. Please let me know if anything else is needed.""",
    ),
    Message(
        id="sample-3",
        author=None,
        subject="Contract",
        body="""Dear Mr. Olsen,

Please find attached the signed contract. If you have any questions, do not hesitate to call me. I look
forward to working with you.

Kind regards,
Maria""",
    ),
    Message(
        id="sample-4",
        author=None,
        kind=Kind.CHAT,
        previous="are you coming to lunch?",
        body="yes, give me five minutes, I just have to finish this one thing",
    ),
    Message(
        id="sample-5",
        author=None,
        subject="Holiday",
        body="""Hello everyone,

I will be out of the office from Monday and back on the 14th. In urgent cases please write to Anna, who
knows all about the project. Have a good week!""",
    ),
)
