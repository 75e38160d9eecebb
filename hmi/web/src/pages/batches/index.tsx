import { route } from "../../frame/route";
import { Batch } from "./Batch";
import { Compare } from "./Compare";
import { List } from "./List";
import "./batches.css";

/** What was made at this mill: the list, one batch, or some of them over one another. */
export default function Batches() {
  const [first, ...rest] = route.value.rest;
  if (first === "compare") return <Compare ids={rest} />;
  return first ? <Batch key={first} id={first} /> : <List />;
}
