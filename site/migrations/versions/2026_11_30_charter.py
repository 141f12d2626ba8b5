"""The charter of those who show themselves, and what the personnel system says that stays internal.

A company begins with a text of ours, which it changes as it likes.
"""

import sqlalchemy as sa
from alembic import op
from careers.base import clock, prose
from careers.base.database import Json, UTCDateTime

revision = "0030_charter"
down_revision = "0031_search_speed"
branch_labels = None
depends_on = None

ENGLISH = """\
**You decide.** Nobody has to take part, and nobody is asked why not. You can take your page, or \
any part of it, away at any time, and it is gone at once.

**You speak for yourself.** What you write here and share elsewhere is your own view, in your own \
words. Say that you work here when you speak about us.

**What you would not tell a stranger stays inside:** figures that are not public, customers who \
have not agreed, plans, colleagues’ private affairs.

**Be fair.** Name your sources, correct your mistakes where you made them, answer those who \
disagree as you would in the same room.

**What we promise.** Nobody judges you by how much or how little you show or share. Your page \
belongs to your work here: when you leave, it goes, and your articles become what you chose \
beforehand.
"""
FRENCH = """\
**Vous décidez.** Personne n’est tenu de participer, et personne ne demande pourquoi. Vous pouvez \
retirer votre page, ou n’importe quelle partie, à tout moment : elle disparaît aussitôt.

**Vous parlez en votre nom.** Ce que vous écrivez ici et partagez ailleurs est votre point de vue, \
avec vos mots. Dites que vous travaillez ici quand vous parlez de nous.

**Ce que vous ne diriez pas à un inconnu reste entre nous :** les chiffres qui ne sont pas publics, \
les clients qui n’ont pas donné leur accord, les projets, la vie privée de vos collègues.

**Soyez loyal.** Citez vos sources, corrigez vos erreurs là où vous les avez faites, répondez à \
qui n’est pas d’accord comme vous le feriez dans la même pièce.

**Ce que nous promettons.** Personne ne vous juge sur ce que vous montrez ou partagez, ni sur ce \
que vous ne montrez pas. Votre page est liée à votre travail ici : à votre départ, elle disparaît, \
et vos articles deviennent ce que vous aviez choisi.
"""


def upgrade() -> None:
    """Apply."""
    charter = op.create_table(
        "charter",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("in_english", sa.Text(), nullable=False),
        sa.Column("in_french", sa.Text(), nullable=False),
        sa.Column("english_html", sa.Text(), nullable=False),
        sa.Column("french_html", sa.Text(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_charter")),
    )
    first = {
        "number": 1,
        "in_english": ENGLISH,
        "in_french": FRENCH,
        "english_html": prose.markdown_to_html(ENGLISH),
        "french_html": prose.markdown_to_html(FRENCH),
        "since": clock.now(),
    }
    op.bulk_insert(charter, [first])
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.add_column(sa.Column("internal", Json, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.drop_column("internal")
    op.drop_table("charter")
