/** Further processes of this distribution, driven over their standard input and output. */
@NullMarked
package io.flotilla.cli.child;

import org.jspecify.annotations.NullMarked;
