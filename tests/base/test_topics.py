"""The vocabulary that people and articles share."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from careers.base.audit import Act
from careers.base.people import person_by_email
from careers.base.topics import Topic, merge_topics, topic_by_slug, topics_named
from experts.editing import Profile, write_profile
from experts.queries import expert_of
from tests.cast import Cast


def test_the_name_of_a_topic_is_never_cut(db):
    with pytest.raises(ValueError, match="too long"):
        topics_named(db, ["x" * 61])


def test_topics_with_the_same_slug_are_one(db):
    first = topics_named(db, ["Meter data", "meter  DATA", "Métér data", " ", "!!"])
    again = topics_named(db, ["METER DATA", "Writing"])
    assert [topic.name for topic in first] == ["Meter data"]
    assert [topic.name for topic in again] == ["Meter data", "Writing"]
    assert len(db.scalars(select(Topic)).all()) == 2


def test_a_merged_topic_leads_to_the_other_and_whoever_knew_it_knows_that_once(db):
    editor, ada, carl = (
        person_by_email(db, one) for one in (Cast.EDITOR, Cast.ENGINEER, Cast.COLLEAGUE)
    )
    write_profile(db, ada, Profile("Keeps clocks.", topics=("K8s", "Kubernetes")))
    write_profile(db, carl, Profile("Counts.", topics=("K8s", "Money")))
    old, kept, older = topics_named(db, ["K8s"])[0], *topics_named(db, ["Kubernetes", "Kube"])[::-1]
    merge_topics(db, editor, older, old)
    merge_topics(db, editor, old, kept)
    for person, names in ((ada, ["Kubernetes"]), (carl, ["Kubernetes", "Money"])):
        assert [topic.name for topic in expert_of(db, person).topics] == names
    assert topic_by_slug(db, "k8s") is topic_by_slug(db, "kube") is kept
    assert topics_named(db, ["k8s", "Kubernetes", "kube"]) == [kept]
    assert len(db.scalars(select(Act).where(Act.what == "topic:merge")).all()) == 2
    for pair in ((kept, kept), (old, kept), (kept, old)):
        with pytest.raises(ValueError, match="only two"):
            merge_topics(db, editor, *pair)
