/** What a model needs of the machine it runs on, and what a machine offers. */
@NullMarked
package io.flotilla.bundle.environment;

import org.jspecify.annotations.NullMarked;
