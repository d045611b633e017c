/** Where things lie in a bundle, and which paths a bundle may have at all. */
@NullMarked
package io.flotilla.bundle.layout;

import org.jspecify.annotations.NullMarked;
