/** Reading the small files that users name: bounded, and refused in words. */
@NullMarked
package io.flotilla.cli.files;

import org.jspecify.annotations.NullMarked;
