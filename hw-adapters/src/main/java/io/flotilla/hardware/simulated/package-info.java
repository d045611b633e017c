/**
 * Hardware that is not there: accelerators that delegate to a real one, say so in everything they
 * report, and differ from it by a defined rounding, so that proving on the device has something to
 * prove.
 */
@NullMarked
package io.flotilla.hardware.simulated;

import org.jspecify.annotations.NullMarked;
