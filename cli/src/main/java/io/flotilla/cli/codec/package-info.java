/** JSON as commands and the API exchange it; the only package here that knows Jackson. */
@NullMarked
package io.flotilla.cli.codec;

import org.jspecify.annotations.NullMarked;
