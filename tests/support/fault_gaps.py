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
        "room_o2_intermittent": "SLPVUMRCO",
        "room_h2s_intermittent": "SLPVUMRCO",
        "ambient_intermittent": "S",
        "argon_supply_intermittent": "SLPVUMR",
        "argon_flow_intermittent": "SLPVUMR",
        "sample_flow_intermittent": "SX",
        "cooling_flow_intermittent": "SLPVUMR",
        "motor_intermittent": "SLPVUMR",
        "lid_closed_chatter": "S",
        "lid_locked_chatter": "S",
        "estop_contact_chatter": "S",
        "run_permit_contact_chatter": "R",
        "mains_contact_chatter": "S",
        "supply_switch_chatter": "LPVUMRCO",
        "exhaust_switch_chatter": "SLPVUMRCO",
        "comm_argon_flow_flaps": "LPVUMR",
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
    "A room detector that cannot be used counts as its second alarm only after 10 s.": {
        "room_o2_nan": "LPVUMRCOX",
        "room_o2_stale": "LPVUMRCOX",
        "room_o2_bad": "LPVUMRCOX",
        "room_h2s_nan": "LPVUMRCOX",
        "room_h2s_stale": "LPVUMRCOX",
        "room_h2s_bad": "LPVUMRCOX",
        "comm_room_h2s_silent": "LPVUMRCOX",
        "comm_room_h2s_reset": "LPVUMRCOX",
        "comm_room_h2s_exceptions": "LPVUMRCOX",
        "comm_room_h2s_frozen": "LPVUMRCOX",
        "comm_room_inputs_silent": "LPVUMRCOX",
        "comm_room_inputs_reset": "LPVUMRCOX",
        "comm_room_inputs_exceptions": "LPVUMRCOX",
    },
    "Headspace H2S raises no alarm before the atmosphere is proven.": {
        "h2s_wrong": "LPV",
        "h2s_over_range": "LPV",
        "h2s_forms": "LPV",
    },
    "Cover pressure below ambient takes the purge credit, and with it the row that would warn.": {
        "pressure_under_range": "CO",
        "pressure_bias": "CO",
    },
    "The blade is started for a moment: its start waits for the powder's temperature alone.": {
        "jar_nan": "PV",
        "jar_wrong": "LPV",
        "jar_stale": "PV",
        "jar_over_range": "PV",
        "jar_bad": "PV",
        "cooling_flow_nan": "LPV",
        "cooling_flow_wrong": "LPV",
        "cooling_flow_stale": "LPV",
        "motor_nan": "LPV",
        "motor_wrong": "LPV",
        "motor_stale": "LPV",
        "vent_stuck_open": "LPV",
        "cooling_valve_stuck_shut": "LPV",
        "coolant_pump_off": "LPV",
    },
    "An unknown drive state trips after 1.5 s, and not between pulses.": {
        "drive_state_nan": "PVUMR",
    },
    "Argon flow has 5 s to follow its set point.": {
        "argon_flow_nan": "PUMR",
        "argon_flow_wrong": "PUMR",
        "argon_flow_stale": "PUMR",
        "comm_argon_flow_silent": "PUMR",
        "comm_argon_flow_reset": "PUMR",
        "comm_argon_flow_exceptions": "PUMR",
    },
    "Read-backs are not compared with what was written: flow set point, drive between pulses.": {
        "second_master_run": "R",
        "second_master_argon": "LPVUMRCO",
        "comm_argon_flow_ignores": "LV",
    },
    "Valve switches and the output module are no condition for a start.": {
        "supply_switch_closed": "S",
        "supply_switch_nan": "S",
        "supply_switch_stale": "S",
        "exhaust_switch_open": "S",
        "exhaust_switch_nan": "S",
        "exhaust_switch_stale": "S",
        "supply_stuck_open": "S",
        "exhaust_stuck_shut": "S",
        "second_master_valves": "S",
        "comm_outputs_silent": "S",
        "comm_outputs_reset": "S",
        "comm_outputs_exceptions": "S",
    },
    "A cylinder below the pressure that holds a batch does not keep it from being started.": {
        "argon_supply_wrong": "S",
    },
    "The run permit is not watched between pulses.": {
        "run_permit_contact_open": "R",
        "run_permit_contact_nan": "R",
        "run_permit_contact_stale": "R",
        "overspeed_guard_tripped": "R",
        "heartbeat_lost": "R",
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
