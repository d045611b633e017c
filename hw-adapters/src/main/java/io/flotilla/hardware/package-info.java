/** Accelerators behind one interface. */
@NullMarked
package io.flotilla.hardware;

import org.jspecify.annotations.NullMarked;
