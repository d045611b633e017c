/** Models and their versions: the registry's register. */
@NullMarked
package io.flotilla.registry.model;

import org.jspecify.annotations.NullMarked;
