"""What the people at Vesper do when a customer needs one: take over from the bot, answer, hand back."""

from convdata.demo.company import AGENTS
from convdata.demo.talks import Talk


def step_in(talk: Talk) -> None:
    """The ordinary case, start to end: a colleague comes after a while, and the customer is helped."""
    rng, transcript = talk.rng, talk.transcript
    agent = rng.choice(AGENTS)
    transcript.wait(120, 2100)
    if rng.random() < 0.15 and "phone_number" in talk.person.profile:
        transcript.status("ok", f"{agent} called back")
        return
    hours = rng.choice((None, None, None, 1, 4))
    take_over(talk, agent, hours)
    resolve(talk, agent, hands_back=hours is None)
    transcript.wait(20, 120)
    transcript.status("ok", f"solved by {agent}")
    if hours is None:
        transcript.wait(1, 30)
        transcript.unmute("handed back")


def take_over(talk: Talk, agent: str, hours: float | None) -> None:
    """The bot falls silent before the agent says a word."""
    talk.transcript.mute(f"{agent} answers", hours)
    talk.transcript.wait(5, 30)
    first_name = talk.person.profile.get("first_name")
    hello = talk.rng.choice(talk.language.agent_hello)
    talk.transcript.agent(agent, hello.format(name=f" {first_name}" if first_name else "", agent=agent))


def resolve(talk: Talk, agent: str, hands_back: bool) -> None:
    language, transcript = talk.language, talk.transcript
    if talk.about in language.failures and talk.rng.random() < 0.5:
        talk.say(talk.attempts(talk.about)[1], None)
    transcript.wait(40, 240)
    transcript.agent(agent, language.resolutions[talk.about].format_map(talk.words))
    talk.say(talk.rng.choice(language.relief).replace("{agent}", agent), None)
    transcript.wait(15, 60)
    transcript.agent(agent, language.agent_bye[0 if hands_back else 1])
