/** Starts the client. */
import { render } from "preact";
import { live } from "./api/live";
import { App } from "./app/App";
import { refreshMe } from "./app/session";
import "./ui/base.css";
import "./ui/parts.css";

const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no #app");
render(<App />, root);
live.start();
refreshMe().catch(() => undefined); // the shell says that the hub is away, and asks again once it is back
live.connected.subscribe((connected) => {
  if (connected) refreshMe().catch(() => undefined);
});
