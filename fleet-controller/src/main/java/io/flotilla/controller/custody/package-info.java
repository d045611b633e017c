/**
 * Looks after what is stored: the audit chain and its verification, backups of the running
 * controller, and the blobs that nothing needs any more.
 */
@NullMarked
package io.flotilla.controller.custody;

import org.jspecify.annotations.NullMarked;
