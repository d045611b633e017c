/** How fast versions are on which devices, and what to run them with. */
@NullMarked
package io.flotilla.controller.profiling;

import org.jspecify.annotations.NullMarked;
