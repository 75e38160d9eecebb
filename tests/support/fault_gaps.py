"""Where the controller does not react yet as the catalogue of faults demands.

Each entry is a fault and the phases in which it falls short. The tests hold the list to be exact:
whoever closes a gap takes its entry out, and nothing new may join unseen.
"""

from __future__ import annotations

from sim.faults.model import Situation

LETTERS = dict(zip("SLPVUMRCOX", (
    Situation.START, Situation.LEAK, Situation.PURGE, Situation.PROVE, Situation.SPIN_UP,
    Situation.MILL, Situation.REST, Situation.COOL, Situation.OPEN, Situation.RELEASE,
), strict=True))  # fmt: skip

GAPS: dict[str, dict[str, str]] = {
    "A loose contact or sensor is not counted: confirm times start anew with every good reading.": {
        "o2_intermittent": "S",
        "moisture_intermittent": "S",
        "h2s_intermittent": "SX",
        "pressure_intermittent": "SX",
        "powder_intermittent": "SLX",
        "jar_intermittent": "SPV",
        "room_o2_intermittent": "S",
        "room_h2s_intermittent": "S",
        "ambient_intermittent": "S",
        "argon_supply_intermittent": "SLPVUMR",
        "argon_flow_intermittent": "S",
        "sample_flow_intermittent": "SX",
        "cooling_flow_intermittent": "SLPVUMR",
        "motor_intermittent": "SLPVUMR",
        "lid_closed_chatter": "S",
        "lid_locked_chatter": "S",
        "estop_contact_chatter": "S",
        "mains_contact_chatter": "S",
        "supply_switch_chatter": "LPVUMRCO",
        "exhaust_switch_chatter": "SLPVUMRCO",
        "comm_argon_flow_flaps": "MR",
        "comm_room_h2s_flaps": "LPVUMRCO",
        "comm_room_inputs_flaps": "LPVUMRCO",
    },
    "A frozen gas or pressure reading is not seen: no row asks whether it ever changes.": {
        "o2_stuck": "VUR",
        "moisture_stuck": "VUR",
        "h2s_stuck": "LVUR",
        "pressure_stuck": "UR",
        "comm_moisture_frozen": "UR",
        "comm_process_inputs_frozen": "UR",
    },
    "A frozen speed, or a drive that takes no writes, is held as underspeed and not tripped.": {
        "rotor_stuck": "UR",
        "comm_drive_frozen": "U",
        "comm_drive_ignores": "U",
    },
    "Headspace H2S raises no alarm before the atmosphere is proven.": {
        "h2s_wrong": "LPV",
        "h2s_over_range": "LPV",
        "h2s_forms": "LPV",
    },
    "An unknown drive state trips after 1.5 s, and not between pulses.": {
        "drive_state_nan": "R",
    },
    "Read-backs are not compared with what was written: flow set point, drive between pulses.": {
        "second_master_run": "R",
        "comm_argon_flow_ignores": "V",
    },
    "Valve switches and the output module are no condition for a start.": {
        "comm_outputs_silent": "S",
        "comm_outputs_reset": "S",
        "comm_outputs_exceptions": "S",
    },
    "Nothing sees a probe that falls while power goes in.": {
        "powder_probe_reversed": "UMR",
    },
    "A stalled blade is held as underspeed: the simulated drive states no torque at standstill.": {
        "blade_jammed": "UMR",
    },
}

KNOWN = {
    (fault, LETTERS[letter])
    for entries in GAPS.values()
    for fault, letters in entries.items()
    for letter in letters
}
