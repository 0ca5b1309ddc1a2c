/**
 * The door of a node: takes in calls that come from other nodes or from plain event-bus callers,
 * and decides on the control lane whether they are admitted. No user code runs here.
 *
 * <p>Not exported from the module.
 */
@NullMarked
package io.vertebra.gate;

import org.jspecify.annotations.NullMarked;
