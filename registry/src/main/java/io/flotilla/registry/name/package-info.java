/** What names and tags in the registry may look like. */
@NullMarked
package io.flotilla.registry.name;

import org.jspecify.annotations.NullMarked;
