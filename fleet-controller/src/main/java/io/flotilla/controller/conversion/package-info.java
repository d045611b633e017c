/** What became of attempts to make variants of versions: the reports and the failures. */
@NullMarked
package io.flotilla.controller.conversion;

import org.jspecify.annotations.NullMarked;
