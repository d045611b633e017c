/**
 * The parsed but not yet believed forms of signed things: DSSE envelopes and model signatures.
 * Nothing here says that a signature holds.
 */
@NullMarked
package io.flotilla.bundle.envelope;

import org.jspecify.annotations.NullMarked;
