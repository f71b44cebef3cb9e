//! What others may put in the way: headers, sidecars, text, file objects and children that mean harm. Each has its exit
//! code and its message, and changes nothing: every file is what it was.

mod children;
mod headers;
mod objects;
mod sidecars;
mod text;
