"""Run by Alembic: the tables are those of all packages."""

from alembic import context
from alembic.autogenerate.api import AutogenContext

import experts.models
import feeds.models
import referrals.bonuses.models
import referrals.models
from careers.base import audit, company, consents, mail, outbox, topics
from careers.base.database import Base, Json, UTCDateTime
from careers.base.search import in_database
from careers.base.signin import sessions
from careers.blog import models as blog
from careers.hiring import models as hiring
from careers.hiring.pipeline import models as pipeline
from careers.home import models as home
from careers.jobs import models as jobs
from careers.jobs.alerts import models as alerts

TABLES_OF = (
    audit,
    company,
    consents,
    mail,
    outbox,
    topics,
    in_database,
    sessions,
    blog,
    jobs,
    hiring,
)
TABLES_OF += (alerts, pipeline, experts.models, feeds.models, referrals.models)
TABLES_OF += (referrals.bonuses.models, home)


def render_item(kind: str, item: object, autogen_context: AutogenContext) -> str | bool:
    """Our own column types by their names, in migrations that are generated."""
    if kind == "type" and isinstance(item, UTCDateTime):
        autogen_context.imports.add("from careers.base.database import UTCDateTime")
        return "UTCDateTime()"
    if kind == "type" and item is Json:
        autogen_context.imports.add("from careers.base.database import Json")
        return "Json"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
