/** Carries out steps, and keeps what they made under their cache keys. */
@NullMarked
package io.flotilla.retraining.step;

import org.jspecify.annotations.NullMarked;
