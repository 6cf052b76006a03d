/**
 * Volumes: directories with a life of their own, used by containers. Owns names and rules; never
 * looks at a disk.
 */
package io.nereid.domain.volume;
