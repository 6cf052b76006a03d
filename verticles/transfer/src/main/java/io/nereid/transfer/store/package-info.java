/**
 * What is kept between transfers: layers by digest, and the last known images of containers. They
 * are the store of content: nothing is kept twice. Owns those directories and the index of their
 * chunks; never talks to another host.
 */
package io.nereid.transfer.store;
