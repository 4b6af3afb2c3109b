"""The language server: grey text in any editor that speaks LSP 3.18, from a composer in the same process."""
