"""The page of ``softstrike --help``, made by ``scripts/make_help.py``; a test compares the two."""

__all__ = ["PAGE"]

PAGE = """\
Usage: softstrike COMMAND

Live impact and landing feedback for runners from shoe and shin sensors.

Exit codes: 0 ok, 1 nothing usable, 2 wrong use, 3 partly usable.
Add --debug to see the whole trace of an error.

╭─ Commands ───────────────────────────────────────────────────────────────────╮
│ analyze         Find and measure every step of recordings and write one      │
│                 table per recording.                                         │
│ ankle-test      Knee-to-wall test with a shin sensor: three tries a side,    │
│                 their spread, and the trend.                                 │
│ batch           Work through an archive of sessions.                         │
│ calibrate       Teach a sensor without gyroscope, or on the shank, your own  │
│                 two ways of landing.                                         │
│ demo            Play a real recorded run on the live dashboard.              │
│ diary           Pain diary, 0 (none) to 10 (worst). If symptoms persist, see │
│                 your physical therapist.                                     │
│ doctor          Look at this machine and say what is missing and what to do  │
│                 about it.                                                    │
│ evaluate        Measure the accuracy of softstrike, and of the rules of the  │
│                 literature, on labelled recordings.                          │
│ export          Write a session in the format of another tool.               │
│ forceplate      Measure every contact in a record of vertical force (force   │
│                 plate or instrumented treadmill).                            │
│ forget          Delete everything there is of a runner; this cannot be       │
│                 undone.                                                      │
│ import          Make a session of a recording that another tool exported.    │
│ live            Show a runner's sensors live and record them. Each comes     │
│                 back by itself whenever it is lost.                          │
│ plan            This week's runs, exercises and tests, and what came of      │
│                 them.                                                        │
│ profile         Look at firmware profiles.                                   │
│ query           Ask a question about all sessions in SQL.                    │
│ record          Record a runner's sensors without a window. Ctrl-C ends and  │
│                 seals the file.                                              │
│ recover         Write everything sound of a damaged session into a new file, │
│                 and say what is missing.                                     │
│ replay          Play a recorded session through the same engine that live    │
│                 sensors use.                                                 │
│ report          Write a session's report: one HTML file that needs nothing   │
│                 else and prints well.                                        │
│ runner          Who runs: profiles, shoes, and what is usual for each.       │
│ scan            List the sensors that are near: name, profile, strength,     │
│                 battery if told, and what they are known as.                 │
│ sensors         Say which sensor is worn by whom and where; see and change   │
│                 what is known.                                               │
│ sessions        Find, name, check and delete recorded sessions.              │
│ settings        See and change what is remembered between runs: runner,      │
│                 limits, units, theme, sound.                                 │
│ share           Write a copy of a session without names, addresses, serial   │
│                 numbers, free text and dates.                                │
│ simulate        Write a simulated session, as fast as possible.              │
│ squad           See a whole squad live on one board.                         │
│ timer           Time ice after a run, or a hold of the plan, and write it    │
│                 into the log.                                                │
│ trends          Write a runner's weeks as one HTML file: impact, landing and │
│                 load from session to session.                                │
│ virtual-sensor  Play a pair of sensors without hardware, built from their    │
│                 profile; Ctrl-C switches them off.                           │
│ --help (-h)     Display this message and exit.                               │
│ --version       Display application version.                                 │
╰──────────────────────────────────────────────────────────────────────────────╯
"""
