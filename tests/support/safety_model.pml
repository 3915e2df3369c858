/* The world around the bridge, and what each accepted event changes in it. tests/support/safety_model.py puts
 * the tables of the bridge in the places that are named in capitals, and runs Spin. */
/*CONSTANTS*/
/*TABLE*/
/*GUARDS*/

/* Names of stops are numbers: a pressed id is itself; the other three are unique by their generation. */
#define RENAMED(g) (STOPS + (g))
#define FAULT(g)   (STOPS + LATCHINGS + (g))
#define BOOT(g)    (STOPS + 2 * LATCHINGS + (g))
#define NAMES      (STOPS + 3 * LATCHINGS)

/* The events in the order in which a trace numbers them. */
#define TOLD_ENABLE 0
#define TOLD_HOLD 1
#define TOLD_STOP 2
#define TOLD_FAULT 3
#define TOLD_RESET 4
#define TOLD_BOOT 5
#define TOLD_REST 6
#define TOLD_TURN_OVER 7
#define TOLD_HEAT 8

#define AT(e, g)   ((e) * (LATCHINGS + 1) + (g))
#define PAIRS      ((LEASES + 1) * (LATCHINGS + 1))

/* What the bridge itself finds in the way of a reset, and of lowering the arm. */
#define AGAINST_RESET (hot || !bus_whole)
#define AGAINST_REST  (posture == released || !bus_whole)

/* The bridge. */
byte mode = latched;
byte stop_id = BOOT(1);
byte stop_generation = 1;
byte lease_epoch = 0;
bit seen_stop[STOPS + 1];
byte posture = held;
byte ended_epoch = 0;
bit seen_rest[RESTS + 1];
bit woken = 0;                   /* a released arm is to get its torque back */

/* The arm: whether all of it is measured, and whether a servo is too hot. */
bit bus_whole = 1;
bit hot = 0;

/* The network: what was ever sent, and has not died with a bridge. */
bit stop_sent[STOPS + 1];
bit reset_sent[NAMES + 1];
bit order_sent[PAIRS];
byte rest_sent[RESTS + 1];       /* the generation that an order to lower named, 0 when none was sent */

/* The people: leases granted and learnt, the generation each player last saw, the stop on the screen. */
byte granted = 0;
byte lease[PLAYERS];
byte view[PLAYERS];
byte shown = 0;
bit pressed[STOPS + 1];
bit ordered[RESTS + 1];

/* What the promises speak of, kept apart from what the bridge knows. */
byte driver = 0;                 /* the lease that began this play */
byte newest = 0;                 /* the newest lease that this bridge ever took */
byte over = 0;                   /* the newest lease that was ended */
bit rest_fresh[RESTS + 1];       /* ordered since the arm was last latched */
bit lowered_by[RESTS + 1];       /* the orders that were carried out */
bit order_fresh[PAIRS];          /* sent again since the arm was last latched */
bit shown_is_in_force = 0;       /* the operator looked since the arm was last latched */
bit reset_meant[NAMES + 1];      /* pressed by an operator who had looked since */
byte before;
bit by_enable, by_reset;
byte i_;

inline begin() { before = mode; by_enable = 0; by_reset = 0 }

inline kept() {
    assert(before == play || mode != play || by_enable);          /* only enable leads to play */
    assert(before != latched || mode == latched || by_reset);     /* only reset leads out of latched */
    assert((mode == latched) == (stop_id != 0));                  /* latched is to be stopped by a name */
    assert(mode != play || posture != resting);                   /* no player moves an arm that is lowered */
    assert(mode != latched || (to_reset != refused && !refuses_reset(stop_id, 0)));           /* a way out */
    i_ = (mode == play -> lease_epoch : lease_epoch + 1);
    assert(mode == latched || (to_enable == play && !refuses_enable(stop_generation, i_, i_, 0)));
    before = 0; by_enable = 0; by_reset = 0; i_ = 0
}

inline told(event, a, b, c) {
    printf("TRACE %d %d %d %d ", event, a, b, c);
    printf("%d %d %d %d %d\n", mode, stop_id, stop_generation, lease_epoch, ended_epoch)
}

/* A player or a reset ends the lowering, and gives a released arm its torque back. */
inline wake() { woken = (posture == released -> 1 : 0); posture = to_interrupt }

inline latch(name, target) {
    stop_id = name;
    stop_generation++;
    mode = target;
    driver = 0;
    shown_is_in_force = 0;
    for (i_ : 0 .. RESTS) { rest_fresh[i_] = 0 }
    for (i_ : 0 .. PAIRS - 1) { order_fresh[i_] = 0 }
    for (i_ : 0 .. NAMES) { reset_meant[i_] = 0 }
}

inline enable_arrives(e, g) {
    d_step { order_sent[AT(e, g)] -> begin();
        if
        :: to_enable != refused && !refuses_enable(g, e, e, posture == resting) ->
            assert(g == stop_generation);                         /* sent by one who knew of the last stop */
            assert(order_fresh[AT(e, g)]);                        /* and sent after it */
            assert(e >= newest);                                  /* no former lease */
            assert(mode != play || e == driver);                  /* one lease drives at a time */
            assert(e > over );                                     /* nor one that was ended */
            assert(posture != resting);                           /* no player ends a lowering */
            newest = e; driver = e; lease_epoch = e; mode = to_enable; by_enable = 1; wake()
        :: else -> skip
        fi;
        told(TOLD_ENABLE, e, g, posture == resting); kept() }
}

inline setpoint_arrives(e, g) {
    d_step { order_sent[AT(e, g)] && mode == play && !refuses_setpoint(g, e) -> begin();
        assert(e == driver);                                      /* the one who drives is the one who enabled */
        assert(order_fresh[AT(e, g)]);                            /* nothing from before a stop moves the arm */
        kept() }
}

/* Every press has an id of its own. */
inline press_stop(i) { d_step { !pressed[i] -> pressed[i] = 1; stop_sent[i] = 1 } }

inline stop_arrives(i) {
    d_step { stop_sent[i] && (stop_id == i || stop_generation < LATCHINGS) -> begin();
        if
        :: to_stop == refused -> skip
        :: to_stop != refused && stop_id != i && SEEN_BEFORE(i) -> latch(RENAMED(stop_generation + 1), to_stop); posture = to_interrupt; assert(posture != resting)
        :: to_stop != refused && stop_id != i && !SEEN_BEFORE(i) -> seen_stop[i] = 1; latch(i, to_stop); posture = to_interrupt; assert(posture != resting)
        :: to_stop != refused && stop_id == i -> mode = to_stop
        fi;
        assert(mode == latched);                                  /* a stop stops, whenever it comes */
        told(TOLD_STOP, i, 0, 0); kept() }
}

inline reset_arrives(name) {
    d_step { reset_sent[name] -> begin();
        if
        :: to_reset != refused && !refuses_reset(name, AGAINST_RESET) ->
            assert(reset_meant[name]);                            /* an operator saw this stop, then pressed */
            assert(bus_whole && !hot);                            /* what was wrong is mended */
            mode = to_reset; stop_id = 0; by_reset = 1; wake();
            assert(mode != play && posture != resting)            /* and a reset moves nothing */
        :: else -> skip
        fi;
        told(TOLD_RESET, name, 0, AGAINST_RESET); kept() }
}

inline silence() {
    d_step { true -> begin();
        if
        :: to_hold != refused -> mode = to_hold
        :: else -> skip
        fi;
        assert(mode != play);                                     /* nobody there: nothing moves */
        told(TOLD_HOLD, 0, 0, 0); kept() }
}

inline turn_over() {
    d_step { true -> begin();
        if
        :: to_hold != refused -> mode = to_hold; ended_epoch = lease_epoch; over = lease_epoch
        :: else -> skip
        fi;
        assert(mode != play);
        told(TOLD_TURN_OVER, 0, 0, 0); kept() }
}

/* A bus that breaks ends all motion; a servo that gets hot lets the arm be lowered. */
inline fault_found() {
    d_step { stop_generation < LATCHINGS -> begin();
        if
        :: to_fault != refused -> latch(FAULT(stop_generation + 1), to_fault); bus_whole = 0; posture = to_interrupt
        :: else -> skip
        fi;
        assert(mode == latched && posture != resting);            /* so does a fault */
        told(TOLD_FAULT, 0, 0, 0); kept() }
}

inline heat_found() {
    d_step { stop_generation < LATCHINGS && !hot -> begin();
        if
        :: to_fault != refused -> latch(FAULT(stop_generation + 1), to_fault); hot = 1
        :: else -> skip
        fi;
        assert(mode == latched);
        told(TOLD_HEAT, 0, 0, 0); kept() }
}

inline mend() { d_step { !bus_whole || hot -> bus_whole = 1; hot = 0 } }

inline rest_arrives(r) {
    d_step { rest_sent[r] != 0 -> begin();
        if
        :: to_rest != refused && !refuses_rest(rest_sent[r], r, AGAINST_REST) ->
            assert(rest_fresh[r]);                                /* ordered after the last stop */
            assert(!lowered_by[r]);                               /* an order counts once */
            assert(mode != play && bus_whole && posture != released);
            lowered_by[r] = 1; seen_rest[r] = 1; mode = to_rest; posture = to_lower
        :: else -> skip
        fi;
        told(TOLD_REST, r, rest_sent[r], AGAINST_REST); kept() }
}

/* After some time an arm that stands hot and latched is lowered by itself. */
inline lowers_itself() {
    d_step { hot && bus_whole && mode == latched && posture == held -> begin(); posture = to_lower; kept() }
}

/* The way down is at its end: only from there the torque is taken away. */
inline lies() { d_step { posture == resting && bus_whole -> begin(); posture = to_arrive; kept() } }

inline engages() { d_step { posture == released && woken -> begin(); posture = to_engage; woken = 0; kept() } }

/* A new process on a new socket: what waited in the old socket is gone, what people know is not. */
inline restart() {
    d_step { stop_generation < LATCHINGS -> begin();
        latch(BOOT(stop_generation + 1), latched); lease_epoch = 0; newest = 0; ended_epoch = 0; over = 0;
        posture = (posture == released -> released : held); woken = 0;
        for (i_ : 0 .. RESTS) { seen_rest[i_] = 0; rest_sent[i_] = 0; lowered_by[i_] = 0 }
        for (i_ : 0 .. STOPS) { seen_stop[i_] = 0; stop_sent[i_] = 0 }
        for (i_ : 0 .. NAMES) { reset_sent[i_] = 0 }
        for (i_ : 0 .. PAIRS - 1) { order_sent[i_] = 0 }
        told(TOLD_BOOT, 0, 0, 0); kept() }
}

/* A player learns of the newest lease of theirs and of the arm's state, or goes on with what they knew. */
inline look(p) {
    d_step { view[p] != stop_generation || lease[p] != granted ->
        view[p] = stop_generation;
        if
        :: granted > 0 && granted % PLAYERS == p -> lease[p] = granted
        :: else -> skip
        fi }
}

inline ask(p) {
    d_step { lease[p] > 0 && view[p] > 0 && !(order_sent[AT(lease[p], view[p])] && order_fresh[AT(lease[p], view[p])]) ->
        order_sent[AT(lease[p], view[p])] = 1; order_fresh[AT(lease[p], view[p])] = 1 }
}

inline grant() { d_step { granted < LEASES -> granted++ } }

inline operator_looks() {
    d_step { mode == latched && !shown_is_in_force -> shown = stop_id; shown_is_in_force = 1 }
}

inline operator_presses() {
    d_step { shown > 0 && PRESSED_RESET_NAMES > 0 ->
        reset_sent[PRESSED_RESET_NAMES] = 1;
        reset_meant[PRESSED_RESET_NAMES] = reset_meant[PRESSED_RESET_NAMES] | shown_is_in_force }
}

/* Every order to lower has an id of its own too, and names the generation that the operator saw. */
inline operator_lowers(r) {
    d_step { !ordered[r] -> ordered[r] = 1; rest_sent[r] = stop_generation; rest_fresh[r] = 1 }
}

init {
    do
    :: grant()
/*PLAYERS*/
    :: operator_looks()
    :: operator_presses()
    :: silence()
    :: turn_over()
    :: fault_found()
    :: heat_found()
    :: lowers_itself()
    :: lies()
    :: engages()
    :: mend()
    :: restart()
/*DELIVERIES*/
    od
}
