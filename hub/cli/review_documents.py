"""What `review` asks of the API: one document a command."""

from typing import Final

RECORD: Final = """fragment Shown on SourceRecord { sourceTitle organisationName
  facts { lastName firstName middleName birthDate birthYear } }"""
QUEUE: Final = f"""query Review($first: Int) {{
  reviewSummary {{ state open setAside notCompared }}
  reviewQueue(first: $first) {{ nodes {{
    id probability reasons affects organisation {{ shortName }} lease {{ holder }}
    firstRecord {{ ...Shown }} secondRecord {{ ...Shown }} }} }} }}
{RECORD}"""
QUESTION: Final = f"""query Review($id: ID!) {{ question(id: $id) {{
  probability reasons explanation {{ field says bits }}
  firstRecord {{ ...Shown }} secondRecord {{ ...Shown }} }} }}
{RECORD}"""
HISTORY: Final = """query Review($first: Int) { verdicts(first: $first) { nodes {
  id kind action givenAt givenBy reason isStanding isObeyed } } }"""
SAMPLE: Final = f"""query Review($first: Int) {{ reviewSample(first: $first) {{ nodes {{
  id firstRecord {{ ...Shown }} secondRecord {{ ...Shown }} }} }} }}
{RECORD}"""
PRECISION: Final = """query Review($blind: Boolean) { reviewPrecision(blind: $blind, first: 100) {
  nodes { pattern bits answers same different notEnough precision } } }"""
