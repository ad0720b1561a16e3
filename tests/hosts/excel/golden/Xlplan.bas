Attribute VB_Name = "Xlplan"
' Written by xlplan 0.0.0. xlplan upgrade writes this module anew: keep your own code in modules of your own.
Option Explicit

Public Const XLPLAN_VERSION As String = "0.0.0"

Private Sub XpPress(ByVal button As String)
    On Error GoTo failed
    If XpIsCalc() Then
        XpPressInCalc button
    Else
        RunPython "import xlplan.hosts.excel.buttons as b; b." & button & "()"
    End If
    Exit Sub
failed:
    MsgBox "xlplan: " & Err.Description & vbLf & vbLf & "xlplan doctor, typed in a terminal, says more.", vbExclamation
End Sub

' Excel compiles one branch of a condition, LibreOffice runs both: so each knows which of the two it is.
Private Function XpIsCalc() As Boolean
    XpIsCalc = False
#If VBA7 Then
#Else
    XpIsCalc = True
#End If
End Function

Private Sub XpPressInCalc(ByVal button As String)
#If VBA7 Then
#Else
    Dim address As Variant, addin As Variant
    address = CreateUnoStruct("com.sun.star.util.URL")
    address.Complete = "xlplan:" & button
    address.Protocol = "xlplan:"
    address.Path = button
    addin = ThisComponent.CurrentController.Frame.queryDispatch(address, "", 0)
    If IsNull(addin) Then Err.Raise 1000, , "the LibreOffice add-in is not installed; run xlplan calc install"
    addin.dispatch address, Array()
#End If
End Sub

Public Sub XpCheckPlan()
    XpPress "check"
End Sub

Public Sub XpCheckPlanFromRibbon(control As Object)
    XpPress "check"
End Sub

Public Sub XpRefreshPlan()
    XpPress "refresh"
End Sub

Public Sub XpRefreshPlanFromRibbon(control As Object)
    XpPress "refresh"
End Sub
