# What was begun and has not ended, and events that wait: it has to outlive the function.
resource "aws_efs_file_system" "state" {
  creation_token = "rollcall-lifecycle"
  encrypted      = true
}

resource "aws_efs_mount_target" "state" {
  for_each        = toset(var.subnet_ids)
  file_system_id  = aws_efs_file_system.state.id
  subnet_id       = each.value
  security_groups = [aws_security_group.state.id]
}

resource "aws_efs_access_point" "state" {
  file_system_id = aws_efs_file_system.state.id

  posix_user {
    uid = 1000
    gid = 1000
  }

  root_directory {
    path = "/rollcall"

    creation_info {
      owner_uid   = 1000
      owner_gid   = 1000
      permissions = "0700"
    }
  }
}

resource "aws_security_group" "function" {
  name        = "rollcall-lifecycle"
  description = "rollcall lifecycle: AWS and the state directory"
  vpc_id      = var.vpc_id

  egress {
    description = "AWS, and sinks"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    description     = "The state directory"
    from_port       = 2049
    to_port         = 2049
    protocol        = "tcp"
    security_groups = [aws_security_group.state.id]
  }
}

resource "aws_security_group" "state" {
  name        = "rollcall-lifecycle-state"
  description = "The state directory of rollcall lifecycle"
  vpc_id      = var.vpc_id
}

resource "aws_security_group_rule" "state" {
  description              = "From the function alone"
  type                     = "ingress"
  from_port                = 2049
  to_port                  = 2049
  protocol                 = "tcp"
  security_group_id        = aws_security_group.state.id
  source_security_group_id = aws_security_group.function.id
}
