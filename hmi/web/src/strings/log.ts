// What the log with its notes says.

export const logStrings = {
  what: "What to write",
  kinds: { comment: "Comment", handover: "Handover" },
  topic: "About",
  topics: {
    note: "The batch or the mill",
    blade_change: "Blade change",
    calibration: "Calibration",
    cleaning: "Cleaning",
  },
  text: "Comment for the record",
  send: "Write",
  to: "To",
  note: "What the next shift must know",
  give: "Hand over",
  textMissing: "Write something first.",
  toMissing: "Who takes over?",
};
