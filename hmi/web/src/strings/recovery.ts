// A batch that a crash has ended: the words for the decision about it.

export const recoveryStrings = {
  title: (batch: string) => `${batch} was cut off`,
  text: (phase: string, gap: string) =>
    `The controller ended during it (${phase}) and was away for ${gap}. Nothing moves before somebody decides.`,
  given: (revolutions: string, onTime: string) =>
    `Given so far: ${revolutions} revolutions in ${onTime} of milling.`,
  advice: {
    continue: "Proposed: continue with a linked batch.",
    finish: "Proposed: close it, nothing is left to mill.",
    look: "Nothing can be proposed yet:",
    scrap: "Proposed: scrap it.",
  },
  unknownPhase: "phase not known",
  continue: "Continue",
  finish: "Close",
  scrap: "Scrap",
  reason: "Reason to scrap",
  reasonMissing: "Give a reason first.",
};
