"""All advice in one place: the words, where they are from, what is measured for them, and what is not."""

from __future__ import annotations

from typing import NamedTuple

from imu.errors import UsageError

__all__ = ["ADVICE", "SEE_PT", "SOURCES", "Advice", "advice"]

SEE_PT = "If symptoms persist, see your physical therapist."

SOURCES = {
    "article": "A physical therapist's article on running and the knee, on which softstrike is built",
    "anderson-2020": "Anderson 2020, Sports Medicine, doi 10.1007/s40279-019-01238-y",
    "bowser-2018": "Bowser 2018, Med Sci Sports Exerc, doi 10.1249/MSS.0000000000001710",
    "bramah-2018": "Bramah 2018, Am J Sports Med, doi 10.1177/0363546518793657",
    "chan-2018": "Chan 2018, Am J Sports Med, doi 10.1177/0363546517736277",
    "crowell-2011": "Crowell & Davis 2011, Clin Biomech, doi 10.1016/j.clinbiomech.2010.09.003",
    "doyle-2022": "Doyle 2022, J Orthop Sports Phys Ther, doi 10.2519/jospt.2022.10585",
    "esculier-2018": "Esculier 2018, Br J Sports Med, doi 10.1136/bjsports-2016-096988",
    "heiderscheit-2011": "Heiderscheit 2011, Med Sci Sports Exerc, doi 10.1249/MSS.0b013e3181ebedf4",
    "powden-2015": "Powden 2015, Manual Therapy, doi 10.1016/j.math.2015.01.004",
    "strike-meta": "Meta-analysis of landing types, PMC7734358",
}
"""Where statements are from, by key."""


class Advice(NamedTuple):
    """One piece of advice.

    Attributes
    ----------
    key, title, text : str
        Short name, heading, and what to do.
    measured, sensor : str
        What softstrike measures for it, and with which sensor.
    not_measured : str
        What no sensor of softstrike tells.
    sources : tuple of str
        Keys of :data:`SOURCES`.
    """

    key: str
    title: str
    text: str
    measured: str
    sensor: str
    not_measured: str
    sources: tuple[str, ...]

    def told(self) -> str:
        """Return the advice as it is shown: with its sources and the line about the physical therapist."""
        sources = "; ".join(SOURCES[key] for key in self.sources)
        return f"{self.text} Source: {sources}. {SEE_PT}"


_ALL = (
    Advice(
        "softer",
        "Softer, slightly quicker steps",
        "Try to land so that you hear less of it, with slightly quicker and shorter steps. This is the cue "
        "that softstrike gives unless you choose another.",
        "Impact of each step against your own usual one; cadence.",
        "shin (best) or shoe",
        "Force, and what the impact does inside the leg.",
        ("crowell-2011", "bowser-2018", "heiderscheit-2011"),
    ),
    Advice(
        "step-rate",
        "Five per cent more steps a minute",
        "At the same pace take about 5 % more steps a minute than you usually do; the metronome ticks at "
        "that rate. Higher step rates lowered what the knee absorbs in 45 runners.",
        "Cadence.",
        "any",
        "What the knee absorbs.",
        ("heiderscheit-2011", "doyle-2022"),
    ),
    Advice(
        "landing",
        "Mid-foot rather than heel, only if you choose it",
        "First run short stretches on the toes, then on the balls of the feet, as the article says. This "
        "moves load from the knee to the calf and the Achilles tendon, and running costs more effort at "
        "first. Stop when calf, Achilles tendon or foot hurt more than 3 of 10 or are stiff the next "
        "morning. Many runners land softly on the heel: softer, slightly quicker steps are the gentler way "
        "to begin.",
        "Landing type and strike angle of each step, with a share of unsure ones.",
        "shoe with gyroscope",
        "Landing type from a shin sensor or a shoe sensor without gyroscope.",
        ("article", "strike-meta", "anderson-2020"),
    ),
    Advice(
        "ankle",
        "Ankle mobility",
        "Stretch calf and soleus, and test both ankles once a week with the knee to the wall: stand, bend "
        "the knee forward with the heel down, hold, three times a side. Only a change of more than 5 "
        "degrees is sure to be one.",
        "Tilt of the shin against standing, three tries a side, their spread and the trend; ankle excursion"
        " while running with a shin and a shoe sensor on the same leg.",
        "shin; shin and shoe together while running",
        "Whether the heel stayed down; the ankle while running from one sensor alone.",
        ("article", "powden-2015"),
    ),
    Advice(
        "hip",
        "Hip abductors",
        "Bridging, clamshells and prone hip extension, three days a week. Begin with what you can do well; "
        "your physical therapist fits the amounts to you.",
        "Done or not done, sets and counts from your log; the trend of pelvic drop.",
        "pelvic drop: pelvis. With shoe or shin sensors alone: not measurable with this sensor.",
        "Strength.",
        ("article", "bramah-2018"),
    ),
    Advice(
        "core",
        "Core",
        "Plank and side plank, three days a week, held as long as you can keep the body straight.",
        "Time held, by the timer or by a shin sensor (time away from standing); what your log says.",
        "none, or shin",
        "Strength.",
        ("article",),
    ),
    Advice(
        "taping",
        "Taping",
        "Some people find tape comfortable. Ask your PT to teach you. Tag a session as taped, so that taped"
        " and untaped sessions can be compared.",
        "Taped or not, from your log.",
        "none",
        "What the tape does.",
        ("article",),
    ),
    Advice(
        "ice",
        "Ice",
        "15 to 20 minutes after a run, a cloth between ice and skin, if it feels good: it is for comfort.",
        "Time, by the timer.",
        "none",
        "Any effect of it.",
        ("article",),
    ),
    Advice(
        "warm-up",
        "Warm up before, cool down after",
        "Begin and end with some minutes of walking and easy running.",
        "Phases of the session from steps, cadence and impact; the share of sessions with both.",
        "any",
        "How ready your muscles are.",
        ("article",),
    ),
    Advice(
        "load",
        "Change the amount slowly",
        "How much you run matters at least as much as how you land. In 69 runners with pain around the "
        "kneecap, education about load alone did as well as added exercises or gait retraining.",
        "Steps and impact sum by week, and the change against the weeks before.",
        "any",
        "What is too much for you.",
        ("esculier-2018",),
    ),
    Advice(
        "diary",
        "Pain diary",
        "Note pain from 0 to 10 during the run, after it and on the next morning. Cues rest when the "
        "diary's rules say so; take the export along to your physical therapist.",
        "What you write.",
        "none",
        "Why something hurts.",
        ("article", "chan-2018"),
    ),
)

ADVICE = {one.key: one for one in _ALL}
"""All advice, by key."""


def advice(key: str) -> Advice:
    """Find a piece of advice.

    Raises
    ------
    UsageError
        There is none of that key.
    """
    if key not in ADVICE:
        raise UsageError(f"there is no advice {key!r}: choose one of {', '.join(ADVICE)}")
    return ADVICE[key]
