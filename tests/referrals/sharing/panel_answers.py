"""What the share panel answers."""

from __future__ import annotations

from hypothesis import strategies as st

ADDRESS = "https://jobs.acme.example/r/abcdefghjkmn"
words_of_people = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def shown(answer) -> str:
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def made(employee, address, **fields) -> dict:
    """What a script gets that shares there."""
    answer = employee.post(
        address, {"channel": "linkedin"} | fields, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()
