/** The record store on RocksDB: the embedded default. The only package that knows RocksDB. */
@NullMarked
package io.flotilla.registry.store.rocksdb;

import org.jspecify.annotations.NullMarked;
