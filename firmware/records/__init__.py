"""The standards: transactions, templates, pictures and sealing; bytes in, bytes out."""
