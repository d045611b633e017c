/** Maintenance windows on the clock of a time zone, over its changes between winter and summer. */
@NullMarked
package io.flotilla.rollout.window;

import org.jspecify.annotations.NullMarked;
