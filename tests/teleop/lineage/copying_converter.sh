#!/bin/sh
# Stands where a Python with Rerun's library does: -P WRITER STREAMS FILE
exec cp "$3/about.json" "$4"
