import { useSignal } from "@preact/signals";
import { file as fetched, reasonsOf } from "../../api";
import { batchStrings as say } from "../../strings/batches";

const SHOWN_MS = 8000;

interface Props {
  /** The address of the paper, and the name of the file that a person gets. */
  path: string;
  file: string;
  label: string;
}

/** Has a paper made and hands it over as a file; says that it is being made, and why it was not. */
export function Paper({ path, file, label }: Props) {
  const word = useSignal("");
  const busy = word.value === say.making;
  const make = async () => {
    word.value = say.making;
    try {
      handOver(await fetched(path), file);
      word.value = "";
    } catch (error) {
      word.value = say.notMade(reasonsOf(error).join(" "));
      setTimeout(() => {
        word.value = "";
      }, SHOWN_MS);
    }
  };
  return (
    <button
      type="button"
      class={busy ? "small pending" : "small"}
      aria-busy={busy}
      onClick={() => {
        if (!busy) void make();
      }}
    >
      {label}
      {word.value && <small role="status">{word}</small>}
    </button>
  );
}

function handOver(paper: Blob, file: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(paper);
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), SHOWN_MS);
}
