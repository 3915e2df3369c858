// What the bridge does with an event, read from the bridge's own tables (`tables`), step by step.

function stands(relation, told, known) {
  if (relation === "differs") return told !== known;
  if (relation === "is_among") return known.includes(told);
  return relation === "is_older" ? told < known : told <= known;
}

function named(state, event) {
  return {
    stop_generation: event.stop_generation,
    lease_epoch: event.lease_epoch,
    ended_epoch: event.lease_epoch,
    lowering: state.posture === "resting",
    stop_id: event.stop_id,
    order_id: event.order_id,
    hindrance: event.hindrance,
  };
}

function known(state) {
  return {
    stop_generation: state.stop_generation,
    lease_epoch: state.lease_epoch,
    ended_epoch: state.ended_epoch,
    lowering: false,
    stop_id: state.stop_id,
    order_id: state.seen_rests,
    hindrance: "",
  };
}

function refusal(tables, state, event) {
  if (tables.modes[state.mode][event.kind] === null) {
    return { reason: `not_while_${state.mode}`, sentence: `The table has no way for it from ${state.mode}.` };
  }
  const told = named(state, event);
  const is = known(state);
  return (
    tables.guards.find(
      (guard) =>
        guard.event === event.kind &&
        guard.modes.includes(state.mode) &&
        stands(guard.refused_when, told[guard.fence], is[guard.fence]),
    ) ?? null
  );
}

function latched(state, name, cause) {
  const stop_generation = state.stop_generation + 1;
  const stop_id = state.seen_stops.includes(name) ? `${name.slice(0, 40)}:${stop_generation}` : name;
  return { ...state, cause, stop_id, stop_generation, seen_stops: [...state.seen_stops, stop_id] };
}

function changed(tables, state, event, target) {
  switch (event.kind) {
    case "enable":
      return { ...state, cause: "none", lease_epoch: event.lease_epoch };
    case "hold": {
      const ended_epoch = tables.ends_lease.includes(event.cause) ? state.lease_epoch : state.ended_epoch;
      return { ...state, cause: target === "hold" ? event.cause : state.cause, ended_epoch };
    }
    case "stop":
      return event.stop_id === state.stop_id ? state : latched(state, event.stop_id, event.cause);
    case "fault":
      return latched(state, `${event.cause}-${state.stop_generation + 1}`, event.cause);
    case "rest":
      return { ...state, seen_rests: [...state.seen_rests, event.order_id] };
    default:
      return { ...state, cause: "none", stop_id: null };
  }
}

// A stop, a fault that is no heat, a reset or a player ends a lowering; an order begins one.
function posture(tables, before, after, event) {
  const row = tables.postures[before.posture];
  if (event.kind === "rest") return row.lower ?? before.posture;
  const unlatched = before.mode === "latched" && after.mode !== "latched";
  const anew = after.stop_generation !== before.stop_generation && !tables.hot.includes(after.cause);
  return unlatched || anew || after.mode === "play" ? (row.interrupt ?? before.posture) : before.posture;
}

function react(tables, state, event) {
  const refused = refusal(tables, state, event);
  if (refused !== null) {
    const why = refused.reason === "hindered" ? event.hindrance : refused.reason;
    return { state, refused: why, sentence: refused.sentence };
  }
  const target = tables.modes[state.mode][event.kind];
  const after = { ...changed(tables, state, event, target), mode: target };
  return { state: { ...after, posture: posture(tables, state, after, event) }, refused: null, sentence: "" };
}

function boot(name, stop_generation) {
  return {
    mode: "latched",
    cause: "boot",
    stop_id: name,
    stop_generation,
    lease_epoch: 0,
    ended_epoch: -1,
    seen_stops: [name],
    seen_rests: [],
    posture: "held",
  };
}
