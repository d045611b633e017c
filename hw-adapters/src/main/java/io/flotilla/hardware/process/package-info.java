/** Processes of one's own: how another Java is started, what it said last, how it is ended. */
@NullMarked
package io.flotilla.hardware.process;

import org.jspecify.annotations.NullMarked;
