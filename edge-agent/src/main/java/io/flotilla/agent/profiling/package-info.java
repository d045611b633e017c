/** Profile jobs: which commands a device obeys, what it remembers of them, and the measurement. */
@NullMarked
package io.flotilla.agent.profiling;

import org.jspecify.annotations.NullMarked;
