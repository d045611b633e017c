/**
 * Gates: whether a version behaves worse than what it replaces. Pure statistics on bounded values
 * with the device as the unit, since the rows of one device are not independent of each other. A
 * sequential test by betting says when to stop, at any time of looking, with the false-stop rate
 * that was configured.
 */
@NullMarked
package io.flotilla.rollout.gate;

import org.jspecify.annotations.NullMarked;
