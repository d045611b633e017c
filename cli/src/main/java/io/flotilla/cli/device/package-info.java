/** The commands about devices: claim, list, show, label. */
@NullMarked
package io.flotilla.cli.device;

import org.jspecify.annotations.NullMarked;
