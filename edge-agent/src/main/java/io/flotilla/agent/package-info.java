/** The edge agent. */
@NullMarked
package io.flotilla.agent;

import org.jspecify.annotations.NullMarked;
