/** The CBOR form of baselines and window counters: deterministic, versioned and bounded. */
@NullMarked
package io.flotilla.drift.codec;

import org.jspecify.annotations.NullMarked;
