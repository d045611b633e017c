/**
 * Reads Tribuo's trees from its protobuf messages. No class that a file names is ever loaded: the
 * messages say all that is needed.
 */
@NullMarked
package io.flotilla.conversion.tree.tribuo;

import org.jspecify.annotations.NullMarked;
