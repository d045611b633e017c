/** Drift statistics as pure functions on exact counters. */
@NullMarked
package io.flotilla.drift;

import org.jspecify.annotations.NullMarked;
