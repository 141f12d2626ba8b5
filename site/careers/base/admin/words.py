"""How the log of acts reads in the reader's language.

Acts come from everywhere; what each is called stands here, beside the page that tells of them. A
test looks that none is missing.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask_babel import format_date, format_decimal, gettext

from careers.base.web import show_moment


def act_words(what: str) -> str:
    """An act in a few words; its own name for one that nobody records any more."""
    words = {
        "administrator:create": gettext("Made an administrator"),
        "administrator:first": gettext("Became the first administrator"),
        "appeal:decide": gettext("Decided an appeal"),
        "appeal:write": gettext("Appealed"),
        "application:assign": gettext("Gave an application to a recruiter"),
        "application:correct": gettext("Corrected what they gave"),
        "application:cv": gettext("Opened a CV"),
        "application:erase": gettext("Erased an application’s data"),
        "application:join": gettext("Joined applications of one person"),
        "application:move": gettext("Moved an application"),
        "application:part": gettext("Parted joined applications"),
        "application:stay": gettext("Agreed that the data stay"),
        "article:comment": gettext("Commented on a passage of an article"),
        "article:delete": gettext("Deleted a draft"),
        "article:invite": gettext("Asked somebody to be an author of an article"),
        "article:join": gettext("Agreed to be an author of an article"),
        "article:leave": gettext("Left an article to its other authors"),
        "article:move": gettext("Changed the address of an article"),
        "article:publish": gettext("Published an article"),
        "article:put-back": gettext("Put an article back"),
        "article:remove": gettext("Removed their own article"),
        "article:return": gettext("Returned an article with a comment"),
        "article:schedule": gettext("Scheduled an article"),
        "article:start": gettext("Began an article"),
        "article:submit": gettext("Submitted an article"),
        "article:take-back": gettext("Took an article back"),
        "article:take-back-comment": gettext("Took a comment on an article back"),
        "article:unschedule": gettext("Took an article off the schedule"),
        "article:withdraw": gettext("Withdrew an article"),
        "batch:assign": gettext("Gave several applications to a recruiter"),
        "batch:import": gettext("Moved applications by a file"),
        "batch:move": gettext("Moved several applications"),
        "batch:undo": gettext("Undid an act on several applications"),
        "board:add": gettext("Added a board"),
        "board:file": gettext("Brought jobs by a file"),
        "board:remove": gettext("Removed a board"),
        "board:schedule": gettext("Changed how often a board is fetched"),
        "bonus:first_of_two": gettext("Said first of two that a bonus was paid"),
        "bonus:paid": gettext("Said that a bonus was paid"),
        "bonus:refuse": gettext("Refused a bonus"),
        "bonus:unpaid": gettext("Took back that a bonus was paid"),
        "bonus:unrefuse": gettext("Took back the refusal of a bonus"),
        "clicks:lost": gettext("Clicks were lost"),
        "charter:write": gettext("Changed the charter"),
        "company:edit": gettext("Changed the company’s details"),
        "credit:correct": gettext("Corrected a credit by hand"),
        "criteria:change": gettext("Changed the criteria for rating"),
        "doubt:dismiss": gettext("Dismissed a doubt"),
        "doubt:reopen": gettext("Opened a doubt again"),
        "employee:import": gettext("Imported employees"),
        "entry:put-back": gettext("Put a publication back"),
        "entry:withdraw": gettext("Withdrew a publication"),
        "feeds:confirm": gettext("Confirmed whose a feed is"),
        "feeds:refuse": gettext("Refused a feed"),
        "job:close": gettext("Closed a job"),
        "job:contact": gettext("Changed whom to ask about a job"),
        "job:discard": gettext("Discarded a draft of a job"),
        "job:give-away": gettext("Left a job’s applications to another system"),
        "job:hand_back": gettext("Let a field follow its source again"),
        "job:publish": gettext("Published a job"),
        "job:reopen": gettext("Opened a job again"),
        "job:seat": gettext("Added somebody to a hiring team"),
        "job:start": gettext("Began a job"),
        "job:take-home": gettext("Took a job’s applications back here"),
        "job:unseat": gettext("Took somebody out of a hiring team"),
        "job:write": gettext("Changed a job"),
        "letter:send": gettext("Wrote to a candidate"),
        "letter:take-back": gettext("Stopped a letter to a candidate"),
        "link:pause": gettext("Switched a link off"),
        "link:resume": gettext("Switched a link on again"),
        "post:feature": gettext("Featured a post"),
        "post:no-longer-feature": gettext("Left a post to the draw again"),
        "note:delete": gettext("Deleted a note"),
        "outside:add": gettext("Connected another system"),
        "outside:revoke": gettext("Disconnected another system"),
        "outside:rotate": gettext("Renewed another system’s secret"),
        "password:send-link": gettext("Sent a link to set a password"),
        "password:set": gettext("Set a password"),
        "payroll:batch": gettext("Made a batch for the payroll"),
        "payroll:export": gettext("Exported a batch for the payroll"),
        "person:leave": gettext("Recorded that somebody left"),
        "picture:add": gettext("Added a picture to an article"),
        "programme:change": gettext("Changed a bonus programme"),
        "programme:make": gettext("Made a bonus programme"),
        "question:add": gettext("Added a question for candidates"),
        "question:change": gettext("Changed a question for candidates"),
        "question:pass": gettext("Passed a question on to an expert"),
        "question:refuse": gettext("Refused a question to an expert"),
        "question:remove": gettext("Removed a question for candidates"),
        "receipt:export": gettext("Saved a receipt as a file"),
        "recruiter:limit": gettext("Changed which jobs a recruiter sees"),
        "referral:export": gettext("Exported who brought whom"),
        "role:grant": gettext("Granted a role"),
        "role:revoke": gettext("Revoked a role"),
        "rule:choose": gettext("Chose the rule for credit"),
        "session:end": gettext("Ended a session"),
        "session:end-all": gettext("Ended all sessions"),
        "single-sign-on:link": gettext("Linked single sign-on"),
        "single-sign-on:unlink": gettext("Unlinked single sign-on"),
        "template:add": gettext("Added a template for letters"),
        "template:change": gettext("Changed a template for letters"),
        "template:delete": gettext("Deleted a template for letters"),
        "topic:merge": gettext("Merged two topics"),
        "touch:put_back": gettext("Put a contact back"),
        "touch:take_out": gettext("Left a contact out"),
        "touch:tell": gettext("Told who spoke of the job"),
    }
    return str(words.get(what, what))


def detail_name(name: str) -> str:
    """What a detail of an act is about; its own name where that has no better one."""
    words = {
        "after": gettext("After"),
        "amount": gettext("Amount"),
        "at": gettext("When"),
        "before": gettext("Before"),
        "clicks": gettext("Clicks"),
        "contact": gettext("Contact"),
        "count": gettext("How many"),
        "currency": gettext("Currency"),
        "field": gettext("Field"),
        "fields": gettext("Fields"),
        "from": gettext("Since"),
        "half_life_days": gettext("Half-life in days"),
        "hours": gettext("Every so many hours"),
        "into": gettext("Into"),
        "issuer": gettext("Issuer"),
        "job": gettext("Job"),
        "kind": gettext("Kind"),
        "kinds": gettext("Kinds"),
        "limited": gettext("Only the jobs of their teams"),
        "name": gettext("Name"),
        "number": gettext("Number"),
        "outcome": gettext("Outcome"),
        "ownership_days": gettext("Ownership in days"),
        "part": gettext("Part"),
        "period": gettext("Period"),
        "role": gettext("Role"),
        "rows": gettext("Rows"),
        "rule": gettext("Rule"),
        "scope": gettext("Jobs it holds for"),
        "shares": gettext("Shares"),
        "since": gettext("Since"),
        "slug": gettext("Address"),
        "source": gettext("Source"),
        "terms": gettext("Instalments (percent, days)"),
        "times": gettext("Export number"),
        "to": gettext("To"),
        "two_people_above": gettext("Two people above"),
        "until": gettext("Until"),
        "url": gettext("Address"),
        "version": gettext("Version"),
        "whom": gettext("Whom"),
        "why": gettext("Reason"),
        "window_days": gettext("Window in days"),
    }
    return str(words.get(name, name))


_CODED = {"role", "part", "before", "after", "outcome", "scope", "kinds"}
_MONEY = {"amount", "two_people_above"}
_PEOPLE = {"to", "whom", "contact"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\S+[+-]\d\d:\d\d")


def detail_value(name: str, value: object, people: dict[str, str]) -> str:
    """A detail of an act that is one value; `people` are names by public code."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if name in _MONEY and isinstance(value, int):  # without a currency, as it was kept once
        return str(format_decimal(value / 100, format="#,##0.00"))
    text = str(value)
    if name in _CODED:
        return _coded(text)
    if name in _PEOPLE:
        text = people.get(text, text)
    if _DAY.fullmatch(text):
        return str(format_date(date.fromisoformat(text), "medium"))
    return str(show_moment(text)) if _MOMENT.fullmatch(text) else text


def _coded(value: str) -> str:
    words = {
        "admin": gettext("Administrator"),
        "editor": gettext("Editor"),
        "recruiter": gettext("Recruiter"),
        "manager": gettext("Hiring manager"),
        "interviewer": gettext("Interviewer"),
        "new": gettext("Received"),
        "screening": gettext("Being read"),
        "interview": gettext("Interviews"),
        "offer": gettext("Offer"),
        "hired": gettext("Hired"),
        "rejected": gettext("Declined"),
        "withdrawn": gettext("Withdrawn"),
        "granted": gettext("granted"),
        "refused": gettext("refused"),
        "all": gettext("All jobs"),
        "team": gettext("One team"),
        "jobs": gettext("Chosen jobs"),
        "self_referral": gettext("Self-referral"),
        "employee_mail": gettext("An employee’s mailbox"),
        "employee_phone": gettext("An employee’s phone number"),
        "employee_cv": gettext("An employee’s CV"),
        "hiring_chain": gettext("Credit in the hiring chain"),
        "click_inflation": gettext("Clicks that look made"),
        "late_link": gettext("Link made after the application"),
        "one_visitor": gettext("Many candidates, one visitor"),
        "disposable_mail": gettext("Throwaway mailbox"),
    }
    return str(words.get(value, value))


def codes_in(subject: str, details: dict[str, Any]) -> set[str]:
    """What of an act may be somebody's public code."""
    found = {subject, *(details.get("shares") or {})}
    return found | {value for name in _PEOPLE if isinstance(value := details.get(name), str)}
