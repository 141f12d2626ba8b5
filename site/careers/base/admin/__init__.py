"""What administrators do: people and their roles, the company, mail, the log of acts."""

from careers.base.admin.pages import blueprint

__all__ = ["blueprint"]
